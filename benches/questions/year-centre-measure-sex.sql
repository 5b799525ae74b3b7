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
SELECT year, cpas, measure, sex,
  count(DISTINCT person) AS persons, CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
FROM banded WHERE year BETWEEN 2004 AND 2022
GROUP BY year, cpas, measure, sex ORDER BY year NULLS LAST, cpas NULLS LAST, measure NULLS LAST, sex NULLS LAST
