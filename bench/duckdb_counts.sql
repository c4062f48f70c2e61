-- The newest version of each record; the performer is a practice; the procedure code names the programme, with the age
-- where it must; the dose by its code; the month as written; a patient once a day and programme.
WITH sent AS (
    SELECT
        filename, resourceType, status, notGiven,
        CAST(meta.versionId AS INTEGER) AS version,
        identifier[1].system AS system, identifier[1].value AS value,
        coalesce(occurrenceDateTime, date) AS given,
        list_extract(list_filter(contained, lambda c: c.resourceType = 'Patient'), 1) AS patient,
        list_extract(list_filter(contained, lambda c: c.resourceType = 'Organization'), 1) AS organisation,
        list_extract(list_filter(performer, lambda p: p.actor.type = 'Organization'), 1) AS performing,
        list_extract(list_filter(extension, lambda e: e.url LIKE '%VaccinationProcedure%'), 1) AS procedure
    FROM read_json(
        $files, format = 'newline_delimited', filename = true, ignore_errors = true, columns = {
            resourceType: 'VARCHAR', status: 'VARCHAR', notGiven: 'BOOLEAN', meta: 'STRUCT(versionId VARCHAR)',
            identifier: 'STRUCT(system VARCHAR, "value" VARCHAR)[]', occurrenceDateTime: 'VARCHAR', date: 'VARCHAR',
            contained: 'STRUCT(resourceType VARCHAR, identifier STRUCT("value" VARCHAR)[], birthDate VARCHAR)[]',
            performer: 'STRUCT(actor STRUCT(type VARCHAR, identifier STRUCT("value" VARCHAR)))[]',
            extension: 'STRUCT(url VARCHAR, valueCodeableConcept STRUCT(coding STRUCT(code VARCHAR)[]))[]'
        })
    WHERE resourceType = 'Immunization'
),
newest AS (
    SELECT * FROM sent QUALIFY row_number() OVER (PARTITION BY filename, system, value ORDER BY version DESC) = 1
),
doses AS (
    SELECT
        practices.column00 AS practice,
        patient.identifier[1].value AS person,
        TRY_CAST(patient.birthDate AS DATE) AS born,
        TRY_CAST(given[1:10] AS DATE) AS day,
        codes.programmes AS programmes, codes.dose AS dose
    FROM newest
    JOIN read_csv($practices, header = false, all_varchar = true) AS practices
        ON practices.column00 = coalesce(performing.actor.identifier.value, organisation.identifier[1].value)
    JOIN read_csv($codes, header = true, all_varchar = true) AS codes
        ON codes.code = procedure.valueCodeableConcept.coding[1].code AND codes.role = 'given'
    WHERE newest.status = 'completed' AND newest.notGiven IS NOT TRUE
),
aged AS (
    SELECT DISTINCT
        practice, person, day, dose, date_diff('year', born, day) - (born + to_years(date_diff('year', born, day)) > day)::INT AS age,
        date_diff('day', born, day) AS days,
        CASE
            WHEN programmes = 'rsv-pregnant|rsv-older' THEN if(day >= born + INTERVAL 56 YEAR, 'rsv-older', 'rsv-pregnant')
            WHEN programmes = 'child-flu|seasonal-flu' THEN
                if(make_date(year(day) - (month(day) < 9)::INT, 8, 31) >= born + INTERVAL 2 YEAR
                   AND make_date(year(day) - (month(day) < 9)::INT, 8, 31) < born + INTERVAL 4 YEAR, 'child-flu', 'seasonal-flu')
            WHEN programmes = 'pertussis|four-in-one' THEN if(day >= born + INTERVAL 10 YEAR, 'pertussis', 'four-in-one')
            WHEN programmes = 'pcv|pneumococcal' THEN if(day >= born + INTERVAL 2 YEAR, 'pneumococcal', 'pcv')
            ELSE programmes
        END AS programme
    FROM doses
    WHERE day IS NOT NULL
),
indicators(programme, dose, indicator, days_from, years_from, years_to) AS (
    VALUES
        ('pertussis', NULL, 'PT001', 0, 0, 200), ('rsv-pregnant', NULL, 'RSVP001', 0, 10, 55),
        ('rsv-older', NULL, 'RSV003', 0, 56, 200), ('six-in-one', NULL, 'LOCAL-6IN1', 56, 0, 10),
        ('four-in-one', NULL, 'LOCAL-6IN1', 0, 3, 10), ('td-ipv', NULL, 'LOCAL-6IN1', 0, 10, 200),
        ('child-flu', '1', 'CFLU006', 0, 0, 200), ('child-flu', '2', 'CFLU007', 0, 0, 200),
        ('seasonal-flu', NULL, 'LOCAL-FLU', 0, 0, 200),
        ('hepb-at-risk', '1', 'LOCAL-HEPB-BIRTH', 0, 0, 2), ('hepb-at-risk', '2', 'LOCAL-HEPB-4W', 28, 0, 2),
        ('hepb-at-risk', '3', 'LOCAL-HEPB-12M', 0, 1, 2),
        ('mmr', '1', 'LOCAL-MMR-1', 0, 0, 200), ('mmr', '2', 'LOCAL-MMR-2', 0, 0, 200),
        ('menacwy', NULL, 'MACWY04', 0, 14, 25),
        ('menb', '1', 'MENBI01', 56, 0, 2), ('menb', '2', 'MENBI03', 112, 0, 2), ('menb', 'booster', 'MENBI09', 364, 0, 2),
        ('pcv', NULL, 'LOCAL-PCV', 0, 0, 200), ('hib-menc', NULL, 'LOCAL-HIBMENC', 0, 0, 200),
        ('pneumococcal', NULL, 'LOCAL-PPV', 0, 0, 200),
        ('rotavirus', '1', 'LOCAL-ROTA-1', 0, 0, 200), ('rotavirus', '2', 'LOCAL-ROTA-2', 0, 0, 200),
        ('shingles', '1', 'LOCAL-SHING-1', 0, 65, 80), ('shingles', '2', 'LOCAL-SHING-2', 0, 65, 81),
        ('hpv', '1', 'HPV003', 0, 14, 25), ('hpv', '2', 'HPV004', 0, 14, 25), ('hpv', '3', 'HPV005', 0, 15, 25)
)
SELECT practice, indicator, strftime(day, '%Y-%m') AS period, count(*)
FROM aged JOIN indicators USING (programme)
WHERE (indicators.dose IS NULL OR indicators.dose = aged.dose)
    AND days >= days_from AND age >= years_from AND age < years_to
    AND period BETWEEN $first AND $last
GROUP BY ALL
