-- Every quarter that the deliveries of this table cover has observations.
WITH delivered AS (
  SELECT substr(quarter, 1, 4) AS year, count(DISTINCT quarter) AS quarters FROM observations GROUP BY 1
), within AS (
  SELECT substr(quarter, 1, 4) AS year, regime, person,
    make_date(CAST(substr(quarter, 1, 4) AS INT), 3 * CAST(substr(quarter, 6) AS INT) - 2, 1) AS quarter_start,
    greatest(first_day, quarter_start) AS first_day,
    least(last_day, CAST(quarter_start + INTERVAL 3 MONTH AS DATE) - 1) AS last_day
  FROM observations
), persons AS (
  SELECT year, CASE WHEN grouping(regime) = 1 THEN 'total' ELSE regime END AS regime,
    count(DISTINCT person) AS persons
  FROM within GROUP BY GROUPING SETS ((year, regime), (year))
), months AS (
  SELECT year, regime, person,
    unnest(generate_series(date_trunc('month', first_day), last_day, INTERVAL 1 MONTH)) AS month
  FROM within WHERE first_day <= last_day
), person_months AS (
  SELECT year, CASE WHEN grouping(regime) = 1 THEN 'total' ELSE regime END AS regime,
    count(DISTINCT (person, month)) AS person_months
  FROM months GROUP BY GROUPING SETS ((year, regime), (year))
), answer AS (
  SELECT *, 3 * quarters AS months, person_months * 10 AS tenths,
    CASE WHEN quarters < 4 THEN 'partial' END AS status
  FROM persons JOIN person_months USING (year, regime) JOIN delivered USING (year)
), rounded AS (
  SELECT *, tenths // months AS down, 2 * (tenths % months) - months AS beyond_half FROM answer
)
SELECT year, regime, persons, person_months,
  CAST(down + CASE WHEN beyond_half > 0 OR (beyond_half = 0 AND down % 2 = 1) THEN 1 ELSE 0 END AS DECIMAL(18, 0))
    * CAST(0.1 AS DECIMAL(2, 1)) AS monthly_mean_persons,
  status AS persons_status, status AS person_months_status, status AS monthly_mean_persons_status
FROM rounded ORDER BY year, regime = 'total', regime
