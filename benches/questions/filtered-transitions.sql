WITH delivered AS (
  SELECT DISTINCT quarter,
    CAST(substr(quarter, 1, 4) AS INTEGER) * 4 + CAST(substr(quarter, 6, 1) AS INTEGER) AS n
  FROM observations
), courses AS (
  SELECT person, quarter, n, coalesce(string_agg(DISTINCT measure, '+' ORDER BY measure)
    FILTER (measure <> 'unclassified'), 'none') AS measures
  FROM observations JOIN delivered USING (quarter) GROUP BY 1, 2, 3
), asked AS (
  SELECT DISTINCT person, quarter FROM observations WHERE cbenconv = '1' AND sex = 'F'
), steps AS (
  SELECT a.quarter, a.measures, CASE WHEN a.n + 1 NOT IN (SELECT n FROM delivered) THEN 'not_delivered'
    ELSE coalesce(b.measures, 'none') END AS measures_after
  FROM courses a SEMI JOIN asked USING (person, quarter)
    LEFT JOIN courses b ON b.person = a.person AND b.n = a.n + 1
)
SELECT quarter, measures, measures_after, count(*) AS persons
FROM steps GROUP BY ALL ORDER BY ALL
