-- The roles of a caseledger, and what each may do. Run it as a superuser in the store's database, before the first
-- migration; run again, or on a store that exists, it changes only what is missing. It sets no passwords: README.md does.
--
--   caseledger_owner    owns the log, and migrates it. Used by the migration alone.
--   caseledger_app      the service: appends to the log and never changes it, and owns the read models.
--   caseledger_reader   reads everything: the events, and every view. For people who may read the record itself.
--   caseledger_figures  reads figures: views and columns without names, words or case references. For BI tools.
--
-- The last two are groups: GRANT them to the login of a person or a tool.
DO
$roles$
DECLARE
    made text;
    found record;
BEGIN
    FOREACH made IN ARRAY ARRAY ['caseledger_owner', 'caseledger_app'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = made) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', made);
        END IF;
    END LOOP;
    FOREACH made IN ARRAY ARRAY ['caseledger_reader', 'caseledger_figures'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = made) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', made);
        END IF;
    END LOOP;

    -- The owner may work as the service: what a migration makes of the read models is then the service's.
    GRANT caseledger_app TO caseledger_owner;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO caseledger_owner, caseledger_app, caseledger_reader, '
                   'caseledger_figures', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO caseledger_owner, caseledger_app;
    GRANT USAGE ON SCHEMA public TO caseledger_reader, caseledger_figures;

    -- A store that was made before its roles: the log becomes the owner's, everything else the service's.
    FOR found IN
        SELECT c.relname, c.relkind, r.rolname AS owner,
               CASE WHEN c.relname IN ('events', 'log_head', 'idempotency_keys', 'log_schema', 'readable_events')
                    THEN 'caseledger_owner' ELSE 'caseledger_app' END AS rightful
        FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
    LOOP
        IF found.owner <> found.rightful THEN
            EXECUTE format('ALTER %s public.%I OWNER TO %I',
                           CASE found.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, found.relname, found.rightful);
        END IF;
    END LOOP;
    IF to_regprocedure('public.refuse_to_change_events()') IS NOT NULL THEN
        ALTER FUNCTION public.refuse_to_change_events() OWNER TO caseledger_owner;
    END IF;
    -- The same grants as the log's migration makes where it finds the roles.
    IF to_regclass('public.events') IS NOT NULL THEN
        GRANT SELECT, INSERT ON public.events, public.idempotency_keys TO caseledger_app;
        GRANT SELECT, UPDATE ON public.log_head TO caseledger_app;
        GRANT SELECT ON public.log_schema, public.readable_events TO caseledger_app;
        GRANT SELECT ON public.events, public.readable_events TO caseledger_reader;
    END IF;
END
$roles$;
