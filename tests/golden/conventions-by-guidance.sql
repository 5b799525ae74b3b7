SELECT quarter, guidance, count(*) AS observations,
  count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
  CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
FROM observations WHERE guidance IN ('h50', 'h100')
GROUP BY quarter, guidance ORDER BY quarter, guidance
