SELECT quarter, count(*) AS observations, count(DISTINCT person) AS persons,
  count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons
FROM observations GROUP BY quarter ORDER BY quarter
