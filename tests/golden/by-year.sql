-- Every quarter that the deliveries of this table cover has observations.
WITH delivered AS (
  SELECT substr(quarter, 1, 4) AS year, count(DISTINCT quarter) AS quarters FROM observations GROUP BY 1
), cells AS (
  SELECT substr(quarter, 1, 4) AS year, regime, count(*) AS observations, count(DISTINCT person) AS persons,
    count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
    CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM observations GROUP BY 1, 2
), answer AS (
  SELECT cells.*, CASE WHEN quarters < 4 THEN 'partial' END AS status FROM cells JOIN delivered USING (year)
)
SELECT * EXCLUDE (status), status AS observations_status, status AS persons_status,
  status AS convention_persons_status, status AS amount_status
FROM answer ORDER BY year, regime
