-- Every quarter that the deliveries of this table cover has observations.
WITH delivered AS (
  SELECT DISTINCT quarter, CAST(substr(quarter, 1, 4) AS INT) * 4 + CAST(substr(quarter, 6, 1) AS INT) AS n
  FROM observations
), partial AS (
  SELECT quarter FROM delivered
  WHERE n - (SELECT min(n) FROM delivered) + 1 > (SELECT count(*) FROM delivered AS d WHERE d.n <= delivered.n)
), numbered AS (
  SELECT *, CAST(substr(quarter, 1, 4) AS INT) * 4 + CAST(substr(quarter, 6, 1) AS INT) - 1 AS n,
    year(first_day) * 12 + month(first_day) - 1 AS first_month,
    year(last_day) * 12 + month(last_day) - 1 AS last_month
  FROM observations WHERE measure <> 'unclassified'
), months AS (
  SELECT DISTINCT person, measure, n, k
  FROM numbered, (SELECT unnest([0, 1, 2]) AS k)
  WHERE first_month <= n * 3 + k AND last_month >= n * 3 + k
), stays AS (
  SELECT person, measure, n,
    sum(count(*)) OVER (PARTITION BY person, measure ORDER BY n) AS months
  FROM months GROUP BY person, measure, n
), rows AS (
  SELECT quarter, measure, CASE WHEN months < 4 THEN '01-03' WHEN months < 7 THEN '04-06'
    WHEN months < 13 THEN '07-12' WHEN months < 25 THEN '13-24' ELSE '25+' END AS measure_months,
    person, amount
  FROM numbered JOIN stays USING (person, measure, n)
), cells AS (
  SELECT quarter, measure,
    CASE WHEN grouping(measure_months) = 1 THEN 'total' ELSE measure_months END AS measure_months,
    count(DISTINCT person) AS persons, CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM rows GROUP BY GROUPING SETS ((quarter, measure, measure_months), (quarter, measure))
)
SELECT * EXCLUDE (status), status AS persons_status, status AS amount_status FROM (
  SELECT *, CASE WHEN measure_months <> 'total' AND quarter IN (SELECT quarter FROM partial)
    THEN 'partial' END AS status
  FROM cells
)
ORDER BY quarter, measure, measure_months = 'total', measure_months
