SELECT quarter, cpas, count(*) AS observations, count(DISTINCT person) AS persons,
  count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
  CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
FROM observations GROUP BY quarter, cpas ORDER BY quarter, cpas NULLS LAST
