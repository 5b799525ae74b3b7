WITH aged AS (
  SELECT *, CAST(substr(quarter, 1, 4) AS INTEGER) - birth_year AS years FROM observations
)
SELECT quarter, sex,
  CASE WHEN years >= 65 THEN '65+' WHEN years >= 55 THEN '55-64' WHEN years >= 45 THEN '45-54'
    WHEN years >= 35 THEN '35-44' WHEN years >= 25 THEN '25-34' WHEN years >= 18 THEN '18-24'
    WHEN years >= 0 THEN '00-17' END AS age,
  count(*) AS observations, count(DISTINCT person) AS persons
FROM aged GROUP BY 1, 2, 3 ORDER BY quarter, sex NULLS LAST, age NULLS LAST
