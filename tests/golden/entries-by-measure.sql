-- Every quarter that the deliveries of this table cover has observations.
WITH delivered AS (
  SELECT DISTINCT CAST(substr(quarter, 1, 4) AS INT) * 4 + CAST(substr(quarter, 6, 1) AS INT) AS n
  FROM observations
), after_gap AS (
  SELECT n FROM delivered
  WHERE n - 1 NOT IN (SELECT n FROM delivered) AND n > (SELECT min(n) FROM delivered)
), numbered AS (
  SELECT *, CAST(substr(quarter, 1, 4) AS INT) * 4 + CAST(substr(quarter, 6, 1) AS INT) AS n
  FROM observations WHERE measure <> 'unclassified'
), courses AS (
  SELECT DISTINCT person, measure, n FROM numbered
), entered AS (
  SELECT person, measure, n,
    CASE lag(n) OVER (PARTITION BY person, measure ORDER BY n)
      WHEN n - 1 THEN 'continued' ELSE NULL END AS continued,
    row_number() OVER (PARTITION BY person, measure ORDER BY n) AS place
  FROM courses
), rows AS (
  SELECT quarter, measure, CASE WHEN n IN (SELECT n FROM after_gap) THEN 'after_gap'
    ELSE coalesce(continued, CASE WHEN place = 1 THEN 'first' ELSE 'returned' END) END
    AS measure_entry, person, amount
  FROM numbered JOIN entered USING (person, measure, n)
), cells AS (
  SELECT quarter, measure, CASE WHEN grouping(measure_entry) = 1 THEN 'total' ELSE measure_entry END AS measure_entry,
    count(DISTINCT person) AS persons, CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM rows GROUP BY GROUPING SETS ((quarter, measure, measure_entry), (quarter, measure))
)
SELECT * FROM cells
ORDER BY quarter, measure, measure_entry = 'total', measure_entry
