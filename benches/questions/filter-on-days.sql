WITH aged AS (
  SELECT observations.*, nullif(municipalities.province, municipalities.region) AS province, municipalities.region,
    CAST(substr(quarter, 1, 4) AS INTEGER) AS year,
    CAST(substr(quarter, 1, 4) AS INTEGER) - birth_year AS years
  FROM observations LEFT JOIN municipalities ON cpas = nis
), banded AS (
  SELECT *, CASE WHEN years >= 55 THEN '55+' WHEN years >= 45 THEN '45-54'
    WHEN years >= 35 THEN '35-44' WHEN years >= 25 THEN '25-34' WHEN years >= 18 THEN '18-24'
    WHEN years >= 0 THEN '00-17' END AS age
  FROM aged
)
SELECT quarter,
  count(*) AS observations, count(DISTINCT person) AS persons
FROM banded WHERE first_day >= DATE '2010-01-01' AND days > 20 AND province = '20001'
GROUP BY quarter ORDER BY quarter NULLS LAST
