WITH delivered AS (
  SELECT DISTINCT quarter, CAST(substr(quarter, 1, 4) AS INT) * 4 + CAST(substr(quarter, 6, 1) AS INT) AS n
  FROM observations
), courses AS (
  SELECT person, quarter, n, coalesce(string_agg(DISTINCT measure, '+' ORDER BY measure)
    FILTER (measure <> 'unclassified'), 'none') AS measures
  FROM observations JOIN delivered USING (quarter) GROUP BY 1, 2, 3
), steps AS (
  SELECT a.quarter, a.measures, CASE WHEN a.n + 1 NOT IN (SELECT n FROM delivered) THEN 'not_delivered'
    ELSE coalesce(b.measures, 'none') END AS measures_after
  FROM courses a LEFT JOIN courses b ON b.person = a.person AND b.n = a.n + 1
), cells AS (
  SELECT quarter, measures, measures_after, count(*) AS persons FROM steps GROUP BY 1, 2, 3
)
SELECT *, CAST(round_even(100.0 * persons / sum(persons) OVER (PARTITION BY quarter, measures), 1)
  AS DECIMAL(38, 1)) AS persons_share
FROM cells ORDER BY quarter, measures, measures_after
