WITH cells AS (
  SELECT quarter, regime,
    count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
    CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
  FROM observations GROUP BY quarter, regime
), parts AS (
  SELECT *, CAST(abs(amount) * 100 AS HUGEINT) // nullif(convention_persons, 0) AS quotient,
    CAST(abs(amount) * 100 AS HUGEINT) % nullif(convention_persons, 0) AS remainder
  FROM cells
)
SELECT quarter, regime, convention_persons, amount,
  CASE WHEN convention_persons > 0 THEN CAST(sign(amount) * (quotient +
    CASE WHEN 2 * remainder > convention_persons THEN 1
      WHEN 2 * remainder = convention_persons THEN quotient % 2 ELSE 0 END) AS DECIMAL(36, 0))
    * CAST(0.01 AS DECIMAL(3, 2)) END AS amount_per_convention_person,
  CASE WHEN convention_persons = 0 THEN 'undefined' END AS amount_per_convention_person_status
FROM parts ORDER BY quarter, regime
