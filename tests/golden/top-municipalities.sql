WITH ranked AS (
  SELECT quarter, cpas,
    row_number() OVER (PARTITION BY quarter ORDER BY count(DISTINCT person) DESC, cpas) AS place
  FROM observations WHERE cpas IS NOT NULL GROUP BY 1, 2
), named AS (
  SELECT o.quarter, CASE WHEN o.cpas IS NULL OR r.place <= 5 THEN o.cpas ELSE 'rest' END AS cpas, person, amount
  FROM observations o LEFT JOIN ranked r ON r.quarter = o.quarter AND r.cpas = o.cpas
), cells AS (
  SELECT quarter, CASE WHEN grouping(cpas) = 1 THEN 'total' ELSE cpas END AS cpas,
    count(DISTINCT person) AS persons, CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM named GROUP BY GROUPING SETS ((quarter, cpas), (quarter))
)
SELECT quarter, cpas, persons, amount FROM cells
ORDER BY quarter, cpas IS NOT DISTINCT FROM 'total', cpas IS NULL, cpas IS NOT DISTINCT FROM 'rest', cpas
