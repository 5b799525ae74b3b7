"""What random questions are drawn from, and how often, as statisticians ask for each."""

# How often each is drawn beside others, and how many values it has about.
DIMENSIONS = {
    "regime": (12, 3),
    "measure": (14, 12),
    "measure_group": (7, 4),
    "guidance": (5, 4),
    "cpas": (6, 580),
    "cpas_today": (3, 560),
    "province": (9, 11),
    "region": (12, 3),
    "sex": (12, 3),
    "age": (12, 7),
    "birth_cohort": (4, 7),
    "cbenconv": (2, 4),
    "thp_id": (3, 7),
    "ctyphlp": (1, 2),
    "typamt_id": (2, 2),
    "budart_id": (3, 10),
    "cat_cnt_id": (2, 4),
    "sts_cnt_id": (1, 3),
    "measures": (3, 60),
    "measures_before": (2, 60),
    "measures_after": (2, 60),
    "measure_entry": (3, 4),
    "measure_months": (3, 5),
    "measure_count": (3, 3),
}
TIMES = {"quarter": (60, 80), "year": (32, 21), None: (8, 1)}
# Of each of these a question has one at most, but for measures and those before or after.
ALIKE = [
    {"measure", "measure_group"},
    {"cpas", "cpas_today", "province", "region"},
    {"age", "birth_cohort"},
    {"guidance", "cbenconv"},
    {"measures", "measure_count", "measure_entry", "measure_months"},
    {"measures_before", "measures_after", "measure_count", "measure_entry", "measure_months"},
    {"thp_id", "ctyphlp", "budart_id", "cat_cnt_id", "sts_cnt_id"},
]
MOST_ROWS = 500_000

METRICS = {
    "persons": 90,
    "amount": 40,
    "convention_persons": 18,
    "observations": 15,
    "days": 12,
    "person_months": 8,
    "amount_per_convention_person": 8,
}
ADDED = ("persons", "amount", "observations", "days", "convention_persons")

# Of a course, with the filters that go with it.
COURSES = {
    "measure_months": [
        "measure_months >= 12",
        "measure_months BETWEEN 1 AND 3",
        "measure_months > 24",
    ],
    "measure_entry": ["measure_entry = 'first'", "measure_entry IN ('first', 'returned')"],
    "measure_count": ["measure_count = 'several'", "measure_count <> 'none'"],
    "measures_before": ["measures_before = 'none'"],
    "measures_after": ["measures_after = 'none'"],
}
FILTERS = {
    "cbenconv = '1'": 3,
    "cbenconv IN ('1', '2')": 4,
    "cbenconv <> '0'": 1,
    "thp_id = '60'": 2,
    "thp_id IN ('59', '60', '61')": 2,
    "ctyphlp = '60'": 2,
    "typamt_id = '4'": 2,
    "cat_cnt_id = '3'": 1,
    "sts_cnt_id IS NOT NULL": 1,
    "budart_id IN ('115', '116')": 2,
    "(thp_id = '60' OR budart_id IN ('115', '116'))": 1,
    "sex = 'F'": 6,
    "sex = 'M'": 3,
    "regime = 'integration_sociale'": 5,
    "regime <> 'organic_law'": 3,
    "measure = 'article_60'": 4,
    "measure IN ('article_60', 'article_61')": 3,
    "measure_group = 'cpas_employment'": 3,
    "measure <> 'unclassified'": 3,
    "guidance IN ('h50', 'h100')": 3,
    "region = '04000'": 5,
    "region IN ('02000', '03000')": 3,
    "province = '20001'": 3,
    "NOT (region = '04000' AND sex = 'M')": 1,
    "days > 20": 3,
    "days BETWEEN 15 AND 31": 1,
    "amount > 250.00": 2,
    "amount IS NOT NULL": 1,
}
# Two parts of a filter are not both on one of these.
FILTERED_ONCE = [
    {"quarter", "year", "first_day", "last_day"},
    {"age", "birth_year"},
    {"region", "province"},
    {"measure", "measure_group"},
    {"cbenconv", "guidance"},
    {"regime", "thp_id", "ctyphlp", "budart_id", "cat_cnt_id", "sts_cnt_id"},
    {*COURSES},
]
BANDS = {
    "age": ["[18, 25, 45, 65]", "[25, 50]", "[20, 30, 40, 50, 60]"],
    "birth_cohort": ["[1970, 1985]", "[1960, 1980, 2000]"],
    "measure_months": ["[1, 7, 13]", "[1, 13]"],
}
TOPS = {"cpas", "cpas_today", "measure", "province", "thp_id", "budart_id", "measures"}
RATIOS = ['ratio = ["amount", "persons"]', 'ratio = ["days", "persons"]']
SPREADS = [
    'per_person = "median"',
    'per_person = "quantile"\npercent = 90',
    'per_person = "maximum"',
]
