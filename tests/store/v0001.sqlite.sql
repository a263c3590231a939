BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE apps (
	app_id VARCHAR(64) NOT NULL, 
	version BIGINT NOT NULL, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_apps PRIMARY KEY (app_id)
);
INSERT INTO "apps" VALUES('app-0123456789abcdef0',7,'{"app":{"name":"shop","app_id":"app-0123456789abcdef0","description":"\u00e9 \u0000 ''quoted''","profile":"hardened","server_groups":[{"name":"web","server_group_id":"sg-1","launch_order":0,"server_list":[{"server_id":"s-12345678","launch":{"instance_type":"m6i.large","monitoring":false}}]}]},"status":"ACTIVE","created":1700000000.5,"modified":1700000001.5,"launch":{"configured":true,"status":"READY_FOR_LAUNCH"},"replication":{"configured":false,"status":"READY_FOR_CONFIGURATION"}}');
CREATE TABLE jobs (
	seq INTEGER NOT NULL, 
	job_id VARCHAR(64) NOT NULL, 
	app_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	attempt INTEGER NOT NULL, 
	owner VARCHAR(255) NOT NULL, 
	until FLOAT NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (seq), 
	CONSTRAINT uq_jobs_job_id UNIQUE (job_id), 
	CONSTRAINT fk_jobs_app_id FOREIGN KEY(app_id) REFERENCES apps (app_id) ON DELETE CASCADE
);
INSERT INTO "jobs" VALUES(1,'job-1','app-0123456789abcdef0','launch','{"stack": "sms-app"}',1,'w1',1700000060.0,1700000000.0);
CREATE TABLE servers (
	server_id VARCHAR(255) NOT NULL, 
	app_id VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_servers PRIMARY KEY (server_id), 
	CONSTRAINT fk_servers_app_id FOREIGN KEY(app_id) REFERENCES apps (app_id) ON DELETE CASCADE
);
INSERT INTO "servers" VALUES('s-12345678','app-0123456789abcdef0');
CREATE TABLE tokens (
	operation VARCHAR(64) NOT NULL, 
	token VARCHAR(64) NOT NULL, 
	request VARCHAR(255) NOT NULL, 
	app_id VARCHAR(64) NOT NULL, 
	created FLOAT NOT NULL, 
	CONSTRAINT pk_tokens PRIMARY KEY (operation, token)
);
INSERT INTO "tokens" VALUES('CreateApp','2ad44dd5e6f4e79dc4cf80c395f7b04b68daa94c96d7f9dae9ec7ce18f7ffa1b','r','app-0123456789abcdef0',1700000000.0);
CREATE INDEX ix_servers_app_id ON servers (app_id);
CREATE INDEX ix_jobs_app_id ON jobs (app_id, seq);
CREATE INDEX ix_tokens_created ON tokens (created);
COMMIT;
