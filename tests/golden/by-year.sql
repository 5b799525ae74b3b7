SELECT substr(quarter, 1, 4) AS year, regime, count(*) AS observations, count(DISTINCT person) AS persons,
  count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
  CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
FROM observations GROUP BY 1, 2 ORDER BY 1, 2
