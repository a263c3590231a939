CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.apps (
    app_id character varying(64) NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    document text NOT NULL
);
CREATE TABLE public.jobs (
    seq bigint NOT NULL,
    job_id character varying(64) NOT NULL,
    app_id character varying(64) NOT NULL COLLATE pg_catalog."C",
    kind character varying(32) NOT NULL,
    body text NOT NULL,
    attempt integer NOT NULL,
    owner character varying(255) NOT NULL,
    until double precision NOT NULL,
    created double precision NOT NULL
);
CREATE SEQUENCE public.jobs_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.jobs_seq_seq OWNED BY public.jobs.seq;
CREATE TABLE public.servers (
    server_id character varying(255) NOT NULL,
    app_id character varying(64) NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.tokens (
    operation character varying(64) NOT NULL,
    token character varying(64) NOT NULL,
    request character varying(255) NOT NULL,
    app_id character varying(64) NOT NULL,
    created double precision NOT NULL
);
ALTER TABLE ONLY public.jobs ALTER COLUMN seq SET DEFAULT nextval('public.jobs_seq_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.apps VALUES ('app-0123456789abcdef0', 7, '{"app":{"name":"shop","app_id":"app-0123456789abcdef0","description":"\u00e9 \u0000 ''quoted''","profile":"hardened","server_groups":[{"name":"web","server_group_id":"sg-1","launch_order":0,"server_list":[{"server_id":"s-12345678","launch":{"instance_type":"m6i.large","monitoring":false}}]}]},"status":"ACTIVE","created":1700000000.5,"modified":1700000001.5,"launch":{"configured":true,"status":"READY_FOR_LAUNCH"},"replication":{"configured":false,"status":"READY_FOR_CONFIGURATION"}}');
INSERT INTO public.jobs VALUES (1, 'job-1', 'app-0123456789abcdef0', 'launch', '{"stack": "sms-app"}', 1, 'w1', 1700000060, 1700000000);
INSERT INTO public.servers VALUES ('s-12345678', 'app-0123456789abcdef0');
INSERT INTO public.tokens VALUES ('CreateApp', '2ad44dd5e6f4e79dc4cf80c395f7b04b68daa94c96d7f9dae9ec7ce18f7ffa1b', 'r', 'app-0123456789abcdef0', 1700000000);
SELECT pg_catalog.setval('public.jobs_seq_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT pk_apps PRIMARY KEY (app_id);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT pk_jobs PRIMARY KEY (seq);
ALTER TABLE ONLY public.servers
    ADD CONSTRAINT pk_servers PRIMARY KEY (server_id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT pk_tokens PRIMARY KEY (operation, token);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT uq_jobs_job_id UNIQUE (job_id);
CREATE INDEX ix_jobs_app_id ON public.jobs USING btree (app_id, seq);
CREATE INDEX ix_servers_app_id ON public.servers USING btree (app_id);
CREATE INDEX ix_tokens_created ON public.tokens USING btree (created);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT fk_jobs_app_id FOREIGN KEY (app_id) REFERENCES public.apps(app_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.servers
    ADD CONSTRAINT fk_servers_app_id FOREIGN KEY (app_id) REFERENCES public.apps(app_id) ON DELETE CASCADE;
