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
SELECT quarter, regime,
  count(*) AS observations, count(DISTINCT person) AS persons
FROM banded WHERE sex = 'F' AND region = '03000' AND birth_year > 1970
GROUP BY quarter, regime ORDER BY quarter NULLS LAST, regime NULLS LAST
