//! Dimensions and metrics that no shipped query has: the figures of each are those of SQL that another engine runs,
//! and of a fold over the rows.

use crate::answers::current_files;
use crate::peers::peer;
use crate::sandbox::{PERSONS, Sandbox, repository};
use crate::seeded::copy;

/// Queries, and the same in SQL.
const ASKED: [(&str, &str); 8] = [
    (
        "metrics = [\"observations\", \"persons\", \"convention_persons\", \"persons_and_partners\", \"amount\", \
         \"days\", \"person_months\"]\ndimensions = [\"quarter\", \"role\"]\ntotals = [[\"quarter\"]]",
        "WITH roles AS (
           SELECT quarter, 'beneficiary' AS role, person, partner, guidance, amount, days FROM observations
           UNION ALL
           SELECT quarter, 'partner', partner, NULL, guidance, NULL, 0 FROM observations WHERE partner IS NOT NULL
         ), months AS (
           SELECT quarter, first_day, last_day, person, partner,
             make_date(CAST(substr(quarter, 1, 4) AS INT), 3 * CAST(substr(quarter, 6) AS INT) - 2, 1) AS start
           FROM observations
         ), by_month AS (
           SELECT quarter, person, partner, unnest(generate_series(date_trunc('month', greatest(first_day, start)),
             least(last_day, CAST(start + INTERVAL 3 MONTH AS DATE) - 1), INTERVAL 1 MONTH)) AS month FROM months
         ), month_roles AS (
           SELECT quarter, 'beneficiary' AS role, person, month FROM by_month
           UNION ALL SELECT quarter, 'partner', partner, month FROM by_month WHERE partner IS NOT NULL
         ), person_months AS (
           SELECT quarter, CASE WHEN grouping(role) = 1 THEN 'total' ELSE role END AS role,
             count(DISTINCT (person, month)) AS person_months
           FROM month_roles GROUP BY GROUPING SETS ((quarter, role), (quarter))
         ), cells AS (
           SELECT quarter, CASE WHEN grouping(role) = 1 THEN 'total' ELSE role END AS role,
             count(*) AS observations, count(DISTINCT person) AS persons,
             count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons,
             len(list_distinct(list_concat(list(person), list(partner) FILTER (partner IS NOT NULL))))
               AS persons_and_partners,
             CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount, sum(days) AS days
           FROM roles GROUP BY GROUPING SETS ((quarter, role), (quarter))
         )
         SELECT cells.*, person_months FROM cells JOIN person_months USING (quarter, role)
         ORDER BY quarter, role = 'total', role",
    ),
    (
        "metrics = [\"persons_and_partners\"]\ndimensions = [\"regime\", \"sex\"]\nfilter = \"quarter > '2005'\"",
        "WITH either AS (
           SELECT regime, sex, person FROM observations WHERE quarter > '2005'
           UNION ALL SELECT regime, sex, partner FROM observations WHERE quarter > '2005'
         )
         SELECT regime, sex, count(DISTINCT person) AS persons_and_partners FROM either GROUP BY ALL
         ORDER BY regime, sex NULLS LAST",
    ),
    (
        "metrics = [\"persons\"]\ndimensions = [\"role\", \"sex\"]\nfilter = \"role = 'partner' OR sex = 'F'\"",
        "WITH roles AS (
           SELECT 'beneficiary' AS role, sex, person FROM observations WHERE sex = 'F'
           UNION ALL SELECT 'partner', NULL, partner FROM observations WHERE partner IS NOT NULL
         )
         SELECT role, sex, count(DISTINCT person) AS persons FROM roles GROUP BY ALL ORDER BY role, sex",
    ),
    (
        "metrics = [\"persons\", \"days\"]\ndimensions = [\"birth_cohort\"]\n[bands]\nbirth_cohort = [1960, 1980]",
        "SELECT CASE WHEN birth_year < 1960 THEN '1900-1959' WHEN birth_year < 1980 THEN '1960-1979'
           WHEN birth_year IS NOT NULL THEN '1980+' END AS birth_cohort,
           count(DISTINCT person) AS persons, sum(days) AS days
         FROM observations GROUP BY ALL ORDER BY birth_cohort NULLS LAST",
    ),
    (
        "metrics = [\"observations\", \"persons\"]\ndimensions = [\"year\", \"ctyphlp\", \"thp_id\"]\n\
         filter = \"regime = 'aide_sociale' AND birth_cohort >= 1950\"",
        "SELECT substr(quarter, 1, 4) AS year, ctyphlp, thp_id, count(*) AS observations,
           count(DISTINCT person) AS persons
         FROM observations WHERE regime = 'aide_sociale' AND birth_year >= 1950
         GROUP BY ALL ORDER BY year, ctyphlp NULLS LAST, thp_id NULLS LAST",
    ),
    (
        "metrics = [\"persons\"]\ndimensions = [\"budart_id\"]\n[top]\ndimension = \"budart_id\"\nby = \"person_months\"\n\
         count = 2",
        "WITH months AS (
           SELECT budart_id, person, first_day, last_day,
             make_date(CAST(substr(quarter, 1, 4) AS INT), 3 * CAST(substr(quarter, 6) AS INT) - 2, 1) AS start
           FROM observations
         ), by_month AS (
           SELECT budart_id, person, unnest(generate_series(date_trunc('month', greatest(first_day, start)),
             least(last_day, CAST(start + INTERVAL 3 MONTH AS DATE) - 1), INTERVAL 1 MONTH)) AS month FROM months
         ), ranked AS (
           SELECT budart_id FROM by_month WHERE budart_id IS NOT NULL GROUP BY 1
           ORDER BY count(DISTINCT (person, month)) DESC, budart_id LIMIT 2
         )
         SELECT CASE WHEN budart_id IN (FROM ranked) OR budart_id IS NULL THEN budart_id ELSE 'rest' END AS budart_id,
           count(DISTINCT person) AS persons
         FROM observations GROUP BY 1",
    ),
    (
        "metrics = [\"observations\", \"persons\", \"convention_persons\", \"days\", \"person_months\", \
         \"monthly_mean_persons\"]\ndimensions = [\"month\", \"measure\"]\ntotals = [[\"month\"]]\n\
         filter = \"days > 5 OR sex = 'F'\"",
        "WITH months AS (
           SELECT person, sex, measure, guidance, first_day, last_day,
             make_date(CAST(substr(quarter, 1, 4) AS INT), 3 * CAST(substr(quarter, 6) AS INT) - 2, 1) AS start
           FROM observations
         ), by_month AS (
           SELECT *, unnest([start, CAST(start + INTERVAL 1 MONTH AS DATE), CAST(start + INTERVAL 2 MONTH AS DATE)])
             AS month FROM months
         ), parts AS (
           SELECT strftime(month, '%Y-%m') AS month, measure, person, sex, guidance,
             least(last_day, last_day(month)) - greatest(first_day, month) + 1 AS days
           FROM by_month
         )
         SELECT month, CASE WHEN grouping(measure) = 1 THEN 'total' ELSE measure END AS measure,
           count(*) AS observations, count(DISTINCT person) AS persons,
           count(DISTINCT person) FILTER (guidance IN ('h50', 'h100')) AS convention_persons, sum(days) AS days,
           count(DISTINCT person) AS person_months,
           CAST(count(DISTINCT person) AS DECIMAL(18, 1)) AS monthly_mean_persons
         FROM parts WHERE days > 5 OR (days > 0 AND sex = 'F')
         GROUP BY GROUPING SETS ((month, measure), (month))",
    ),
    (
        "metrics = [\"persons\", \"amount\"]\ndimensions = [\"cbenconv\", \"cat_cnt_id\"]\ntotals = [[\"cbenconv\"]]",
        "SELECT cbenconv, CASE WHEN grouping(cat_cnt_id) = 1 THEN 'total' ELSE cat_cnt_id END AS cat_cnt_id,
           count(DISTINCT person) AS persons, CAST(coalesce(sum(amount), 0) AS DECIMAL(38, 2)) AS amount
         FROM observations GROUP BY GROUPING SETS ((cbenconv, cat_cnt_id), (cbenconv))
         ORDER BY cbenconv NULLS LAST, cat_cnt_id = 'total', cat_cnt_id NULLS LAST",
    ),
];

/// Rows in any order, without the columns that say how complete they are.
fn sorted(table: &str) -> Vec<String> {
    let heads = table.lines().next().unwrap().split(',');
    let kept = heads.filter(|it| !it.ends_with("_status")).count();
    let row = |line: &str| line.split(',').take(kept).collect::<Vec<_>>().join(",");
    let mut rows: Vec<String> = table.lines().map(row).collect();
    rows[1..].sort_unstable();
    rows
}

#[test]
fn roles_cohorts_codes_and_months_have_the_figures_of_another_engine_and_of_a_fold() {
    let sandbox = copy();
    let municipalities = repository().join("src/dictionary/data/municipalities.csv");
    let files = current_files(&sandbox);
    for (query, statement) in ASKED {
        sandbox.write("warehouse/queries/asked.toml", query);
        let statement = sandbox.write("asked.sql", statement);
        let ran = sandbox.run(["run", "asked", "--verify", "--format", "csv"]).ok();
        assert!(ran.stderr.contains("counted a second time, all the same"), "{query}\n{ran}");
        let mut arguments = vec![statement.to_str().unwrap(), municipalities.to_str().unwrap()];
        arguments.extend(files.lines());
        let other = peer("sql.py", &arguments);
        assert!(other.lines().count() > 2, "{query}\n{other}");
        assert_eq!(sorted(&ran.stdout), sorted(&other), "{query}");
    }
}

#[test]
fn a_mean_of_months_is_over_the_months_delivered_and_no_filter_on_time_changes_it_unsaid() {
    let sandbox = Sandbox::new();
    let [a, b, ..] = PERSONS;
    // Two persons: one in July and August, one in the whole half-year; a row of both months counts each once.
    let rows = [
        format!("{a};1;21004;2006-07-15;2006-08-02;;;1;10.00"),
        format!("{a};2;21004;2006-08-01;2006-08-31;;60;;"),
        format!("{b};2;21004;2006-07-01;2006-12-31;;60;;"),
    ];
    let file = sandbox.delivery("2008-05", &rows.each_ref().map(String::as_str));
    sandbox.run(["ingest", &file]).ok();
    let answer = |text: &str, more: &[&str]| {
        sandbox.write("warehouse/queries/mine.toml", text);
        let ran = sandbox.run_all(&[&["run", "mine", "--format", "csv"], more].concat());
        if ran.code == 0 { ran.stdout } else { ran.stderr }
    };
    let metrics = "metrics = [\"persons\", \"person_months\", \"monthly_mean_persons\"]\n";
    insta::assert_snapshot!(answer(&format!("{metrics}dimensions = [\"quarter\"]\ntotals = [[]]"), &[]), @"
    quarter,persons,person_months,monthly_mean_persons
    2006Q3,2,5,1.7
    2006Q4,1,3,1.0
    total,2,8,1.3
    ");
    // Over no time: eight by the six months delivered.
    insta::assert_snapshot!(answer(metrics, &[]), @"
    persons,person_months,monthly_mean_persons
    2,8,1.3
    ");
    insta::assert_snapshot!(answer(&format!("{metrics}dimensions = [\"year\"]"), &[]), @"
    year,persons,person_months,monthly_mean_persons,persons_status,person_months_status,monthly_mean_persons_status
    2006,2,8,1.3,partial,partial,partial
    ");
    insta::assert_snapshot!(answer(&format!("{metrics}filter = \"quarter = '2006Q3'\""), &[]), @"
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:1:1: a filter on time removes months that `monthly_mean_persons` is the mean of (narrow the quarters with `--from`, `--to` or `--where` instead)
    ");
    insta::assert_snapshot!(answer(metrics, &["--where", "quarter=2006Q3"]), @"
    persons,person_months,monthly_mean_persons
    2,5,1.7
    ");
    let by_month = "metrics = [\"amount\", \"amount_per_convention_person\"]\ndimensions = [\"quarter\", \"month\"]\n\
                    [derived.change]\nchange = \"persons\"\n";
    insta::assert_snapshot!(answer(by_month, &[]), @"
    error: `month` cannot be asked together with figures that are compared over quarters
    error: `month` cannot be asked together with amounts, which are of quarters
    hint: `sppis queries NAME` describes a query
    ");
    let complete = "metrics = [\"persons\"]\ndimensions = [\"month\"]\ncomplete = true\n";
    insta::assert_snapshot!(answer(complete, &["--from", "2006Q2", "--to", "2006Q3"]), @"
    month,persons,persons_status
    2006-04,,not_delivered
    2006-05,,not_delivered
    2006-06,,not_delivered
    2006-07,2,
    2006-08,2,
    2006-09,1,
    ");
    let means = format!("{metrics}dimensions = [\"month\"]\n");
    insta::assert_snapshot!(answer(&means, &["--where", "month=2006-07,2006-12"]), @"
    month,persons,person_months,monthly_mean_persons
    2006-07,2,2,2.0
    2006-12,1,1,1.0
    ");
    insta::assert_snapshot!(answer(metrics, &["--where", "month=2006-07"]), @"
    persons,person_months,monthly_mean_persons
    2,2,2.0
    ");
    let roles = "metrics = [\"persons\"]\ndimensions = [\"role\", \"measure_entry\"]";
    insta::assert_snapshot!(answer(roles, &[]), @"
    error: `role` and `measure_entry` cannot be asked together: a row tells the course of its beneficiary
    hint: `sppis queries NAME` describes a query
    ");
}
