WITH numbered AS (
  SELECT observations.*, nullif(municipalities.province, municipalities.region) AS province,
    CAST(substr(quarter, 1, 4) AS INTEGER) * 4 + CAST(substr(quarter, 6, 1) AS INTEGER) - 1 AS n,
    year(first_day) * 12 + month(first_day) - 1 AS first_month,
    year(last_day) * 12 + month(last_day) - 1 AS last_month
  FROM observations LEFT JOIN municipalities ON cpas = nis
  WHERE measure <> 'unclassified'
), months AS (
  SELECT DISTINCT person, measure, n, k
  FROM numbered, (SELECT unnest([0, 1, 2]) AS k)
  WHERE first_month <= n * 3 + k AND last_month >= n * 3 + k
), stays AS (
  SELECT person, measure, n,
    sum(count(*)) OVER (PARTITION BY person, measure ORDER BY n) AS months
  FROM months GROUP BY person, measure, n
)
SELECT quarter, province, guidance,
  count(DISTINCT person) AS persons, CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
FROM numbered JOIN stays USING (person, measure, n) WHERE months >= 12
GROUP BY quarter, province, guidance
ORDER BY quarter, province NULLS LAST, guidance NULLS LAST
