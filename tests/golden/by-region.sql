SELECT quarter, region, count(*) AS observations, count(DISTINCT person) AS persons,
  count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
  CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
FROM observations LEFT JOIN municipalities ON cpas = nis
GROUP BY quarter, region ORDER BY quarter, region NULLS LAST
