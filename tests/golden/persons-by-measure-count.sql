WITH counted AS (
  SELECT person, quarter, count(DISTINCT measure) FILTER (measure <> 'unclassified') AS measures
  FROM observations GROUP BY 1, 2
), rows AS (
  SELECT o.*, CASE measures WHEN 0 THEN 'none' WHEN 1 THEN 'one' ELSE 'several' END AS measure_count
  FROM observations o JOIN counted USING (person, quarter)
), cells AS (
  SELECT quarter, CASE WHEN grouping(measure_count) = 1 THEN 'total' ELSE measure_count END AS measure_count,
    count(DISTINCT person) AS persons,
    count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
    CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM rows GROUP BY GROUPING SETS ((quarter, measure_count), (quarter))
)
SELECT * FROM cells ORDER BY quarter, measure_count = 'total', measure_count
