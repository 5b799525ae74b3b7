-- Every quarter that the deliveries of this table cover has observations.
WITH delivered AS (
  SELECT substr(quarter, 1, 4) AS year, count(DISTINCT quarter) AS quarters FROM observations GROUP BY 1
), rows_by_year AS (
  SELECT substr(quarter, 1, 4) AS year, * EXCLUDE (quarter) FROM observations
), cells AS (
  SELECT year, CASE WHEN grouping(regime) = 1 THEN 'total' ELSE regime END AS regime,
    count(DISTINCT person) AS persons,
    count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
    CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM rows_by_year GROUP BY GROUPING SETS ((year, regime), (year))
), answer AS (
  SELECT cells.*, CASE WHEN quarters < 4 THEN 'partial' END AS status FROM cells JOIN delivered USING (year)
)
SELECT * EXCLUDE (status), status AS persons_status, status AS convention_persons_status,
  status AS amount_status
FROM answer ORDER BY year, regime = 'total', regime
