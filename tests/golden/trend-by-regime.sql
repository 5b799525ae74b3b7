WITH delivered AS (
  SELECT DISTINCT quarter, CAST(substr(quarter, 1, 4) AS INT) * 4 + CAST(substr(quarter, 6, 1) AS INT) - 1 AS n
  FROM observations
), numbered AS (
  SELECT * FROM observations JOIN delivered USING (quarter)
), grid AS (
  SELECT quarter, n, regime FROM delivered CROSS JOIN (SELECT DISTINCT regime FROM observations)
), cells AS (
  SELECT g.quarter, g.n, g.regime, count(o.person) AS observations, count(DISTINCT o.person) AS persons,
    CAST(coalesce(sum(o.amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM grid g LEFT JOIN numbered o ON o.n = g.n AND o.regime = g.regime GROUP BY 1, 2, 3
), gathered AS (
  SELECT c.quarter, c.regime,
    CAST(coalesce(sum(o.amount) FILTER (o.n >= c.n - c.n % 4), 0) AS DECIMAL(38, 2)) AS year_to_date,
    count(DISTINCT o.person) AS four_quarters
  FROM cells c LEFT JOIN numbered o ON o.regime = c.regime AND o.n BETWEEN c.n - 3 AND c.n GROUP BY 1, 2
), known AS (
  SELECT c.quarter, count(*) FILTER (d.n = c.n - 4) = 1 AS year_before,
    count(*) FILTER (d.n BETWEEN c.n - c.n % 4 AND c.n) = c.n % 4 + 1 AS year_to_date,
    count(*) FILTER (d.n BETWEEN c.n - 3 AND c.n) = 4 AS four_quarters
  FROM delivered c CROSS JOIN delivered d GROUP BY c.quarter, c.n
), answer AS (
  SELECT c.observations, c.quarter, c.regime, c.persons, c.amount,
    CASE WHEN k.year_before THEN c.persons - b.persons END AS persons_change,
    CASE WHEN k.year_before AND b.persons > 0
      THEN CAST(round_even(100.0 * (c.persons - b.persons) / b.persons, 1) AS DECIMAL(38, 1)) END AS persons_rate,
    CASE WHEN c.quarter >= '2005Q1' THEN g.year_to_date END AS amount_year_to_date,
    g.four_quarters AS persons_four_quarters,
    CASE WHEN NOT k.year_before THEN 'not_delivered' END AS persons_change_status,
    CASE WHEN NOT k.year_before THEN 'not_delivered' WHEN b.persons = 0 THEN 'undefined' END AS persons_rate_status,
    CASE WHEN c.quarter < '2005Q1' THEN 'not_applicable' WHEN NOT k.year_to_date THEN 'partial' END
      AS amount_year_to_date_status,
    CASE WHEN NOT k.four_quarters THEN 'partial' END AS persons_four_quarters_status
  FROM cells c JOIN gathered g USING (quarter, regime) JOIN known k USING (quarter)
  LEFT JOIN cells b ON b.regime = c.regime AND b.n = c.n - 4
)
SELECT * EXCLUDE (observations)
FROM answer
WHERE observations > 0 OR persons_change <> 0 OR persons_rate <> 0 OR amount_year_to_date <> 0
  OR persons_four_quarters <> 0
ORDER BY quarter, regime
