SELECT quarter, regime, CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount,
  count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons
FROM observations GROUP BY quarter, regime ORDER BY quarter, regime
