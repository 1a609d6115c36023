CREATE TABLE access_endings (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  secret BLOB,
  attempts INTEGER DEFAULT '0' NOT NULL,
  due_at_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX ix_access_endings_due_at_ms ON access_endings (due_at_ms);
CREATE INDEX ix_access_endings_user_id ON access_endings (user_id);
CREATE TABLE accounts (
  ref INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL,
  application_ref INTEGER NOT NULL,
  user_ref INTEGER NOT NULL,
  connection_id VARCHAR(36) NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  number VARCHAR(64) NOT NULL,
  recognition BLOB NOT NULL,
  currency VARCHAR(3) NOT NULL,
  name TEXT NOT NULL,
  holder TEXT,
  class VARCHAR(16) NOT NULL,
  product TEXT NOT NULL,
  balance BIGINT,
  available BIGINT,
  credit_limit BIGINT,
  unavailable BOOLEAN NOT NULL,
  details TEXT NOT NULL,
  last_updated BIGINT NOT NULL,
  intervals TEXT NOT NULL,
  transaction_count INTEGER NOT NULL,
  UNIQUE (id)
);
CREATE UNIQUE INDEX same_account ON accounts (user_ref, institution_id, recognition, currency);
CREATE TABLE alert_notices (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  alert_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  way VARCHAR(16) NOT NULL,
  text TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due_at_ms BIGINT,
  sent_at_ms BIGINT,
  problem TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX ix_alert_notices_created_at_ms ON alert_notices (created_at_ms);
CREATE INDEX notices_due ON alert_notices (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX notices_of_alert ON alert_notices (application_id, alert_id, created_at_ms);
CREATE TABLE alerts (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  percent INTEGER NOT NULL,
  window_hours INTEGER NOT NULL,
  min_jobs INTEGER NOT NULL,
  institutions TEXT NOT NULL,
  webhook_id VARCHAR(36),
  address TEXT NOT NULL,
  begun_at_ms BIGINT,
  due_at_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX alerts_going_on ON alerts (begun_at_ms) WHERE begun_at_ms IS NOT NULL;
CREATE INDEX alerts_of_application ON alerts (application_id, created_at_ms);
CREATE INDEX ix_alerts_due_at_ms ON alerts (due_at_ms);
CREATE TABLE applications (
  ref INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id VARCHAR(36) NOT NULL,
  name TEXT NOT NULL,
  production BOOLEAN NOT NULL,
  products TEXT NOT NULL,
  disabled BOOLEAN NOT NULL,
  created BIGINT NOT NULL,
  redirect_url TEXT DEFAULT '' NOT NULL,
  refresh_hours INTEGER,
  branding TEXT DEFAULT '{}' NOT NULL,
  logo BLOB,
  logo_hash VARCHAR(64) DEFAULT '' NOT NULL,
  UNIQUE (id)
);
CREATE TABLE audit_entries (
  position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id VARCHAR(36) NOT NULL,
  created BIGINT NOT NULL,
  operator_id VARCHAR(36) NOT NULL,
  action VARCHAR(48) NOT NULL,
  outcome VARCHAR(8) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  subject VARCHAR(64) NOT NULL,
  address VARCHAR(64) NOT NULL,
  deletes_before_ms BIGINT,
  UNIQUE (id)
);
CREATE INDEX audit_by_age ON audit_entries (created, position);
CREATE INDEX audit_of_action ON audit_entries (action, created, position);
CREATE INDEX audit_of_operator ON audit_entries (operator_id, created, position);
CREATE INDEX audit_of_user ON audit_entries (user_id, created, position);
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'entries of audit_entries are append-only'); END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries WHEN NOT EXISTS (SELECT 1 FROM audit_entries WHERE deletes_before_ms > OLD.created AND created >= deletes_before_ms) BEGIN SELECT RAISE(ABORT, 'entries of audit_entries are deleted by their retention only'); END;
CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id OR position = NEW.position) BEGIN SELECT RAISE(ABORT, 'entries of audit_entries are append-only'); END;
CREATE TABLE auth_links (
  user_id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  id VARCHAR(36) NOT NULL,
  secret_hash VARCHAR(64) NOT NULL,
  secret BLOB NOT NULL,
  mobile BLOB NOT NULL,
  state VARCHAR(16) NOT NULL,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  code BLOB,
  code_expires_at_ms BIGINT,
  codes_sent INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (user_id),
  UNIQUE (id),
  UNIQUE (secret_hash)
);
CREATE INDEX auth_links_coded ON auth_links (code_expires_at_ms) WHERE code IS NOT NULL;
CREATE TABLE category_overrides (
  user_ref INTEGER NOT NULL,
  id BLOB NOT NULL,
  application_ref INTEGER NOT NULL,
  leaf VARCHAR(32) NOT NULL,
  PRIMARY KEY (user_ref, id)
)
 WITHOUT ROWID;
CREATE TABLE connections (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  method VARCHAR(16) NOT NULL,
  status VARCHAR(16) NOT NULL,
  sandbox BOOLEAN NOT NULL,
  login BLOB,
  fingerprint VARCHAR(64),
  profile BLOB,
  secret BLOB,
  access_hash VARCHAR(64),
  messages BLOB,
  created_at_ms BIGINT NOT NULL,
  last_used_at_ms BIGINT,
  refresh_at_ms BIGINT,
  refresh_failures INTEGER DEFAULT '0' NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX connections_of_access ON connections (access_hash) WHERE access_hash IS NOT NULL;
CREATE INDEX connections_of_application ON connections (application_id, sandbox, status);
CREATE INDEX connections_of_user ON connections (user_id, created_at_ms);
CREATE INDEX connections_to_refresh ON connections (refresh_at_ms) WHERE refresh_at_ms IS NOT NULL;
CREATE TABLE consent_policies (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  document TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX policies_of_application ON consent_policies (application_id, created_at_ms);
CREATE TABLE consents (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  policy_id VARCHAR(36) NOT NULL,
  status VARCHAR(16) NOT NULL,
  scopes TEXT NOT NULL,
  earliest_day INTEGER NOT NULL,
  retains_data BOOLEAN NOT NULL,
  language VARCHAR(8) NOT NULL,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  ended_at_ms BIGINT,
  next_due_at_ms BIGINT,
  PRIMARY KEY (id)
);
CREATE INDEX consents_due ON consents (next_due_at_ms) WHERE next_due_at_ms IS NOT NULL;
CREATE INDEX consents_of_user ON consents (user_id, created_at_ms);
CREATE TABLE corrections (
  user_id VARCHAR(36) NOT NULL,
  transaction_id BLOB NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  statement BLOB NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (user_id, transaction_id)
);
CREATE TABLE deletion_receipts (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  consent_id VARCHAR(36) NOT NULL,
  reason VARCHAR(16) NOT NULL,
  connections INTEGER NOT NULL,
  accounts INTEGER NOT NULL,
  transactions INTEGER NOT NULL,
  statements INTEGER NOT NULL,
  files INTEGER NOT NULL,
  deleted_at_ms BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX ix_deletion_receipts_user_id ON deletion_receipts (user_id);
CREATE INDEX receipts_of_application ON deletion_receipts (application_id, reason, deleted_at_ms, id);
CREATE TABLE enrichment_states (
  user_ref INTEGER NOT NULL,
  application_ref INTEGER NOT NULL,
  rules VARCHAR(12) NOT NULL,
  own_version INTEGER NOT NULL,
  next_day INTEGER,
  next_id BLOB,
  generation INTEGER NOT NULL,
  waits_since_ms BIGINT,
  PRIMARY KEY (user_ref)
);
CREATE INDEX enrichments_by_own_rules ON enrichment_states (application_ref, own_version);
CREATE INDEX enrichments_by_rules ON enrichment_states (rules);
CREATE INDEX enrichments_due ON enrichment_states (waits_since_ms) WHERE next_day IS NOT NULL;
CREATE TABLE enrichments (
  ref INTEGER NOT NULL,
  document BLOB NOT NULL,
  PRIMARY KEY (ref)
);
CREATE TABLE events (
  position INTEGER NOT NULL,
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  type VARCHAR(32) NOT NULL,
  path TEXT NOT NULL,
  data TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (position),
  UNIQUE (id)
);
CREATE INDEX events_by_age ON events (created);
CREATE INDEX events_of_application ON events (application_id, created, position);
CREATE INDEX events_of_type ON events (application_id, type, created, position);
CREATE INDEX events_of_user ON events (application_id, user_id, created, position);
CREATE TABLE feed_amounts (
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  feed_id VARCHAR(36) NOT NULL,
  account_id VARCHAR(36) NOT NULL,
  transaction_id VARCHAR(36) NOT NULL,
  part INTEGER NOT NULL,
  cents BIGINT NOT NULL,
  day INTEGER NOT NULL,
  PRIMARY KEY (feed_id, transaction_id, part)
);
CREATE INDEX feed_amounts_of_day ON feed_amounts (feed_id, day, transaction_id);
CREATE INDEX feed_amounts_of_user ON feed_amounts (user_id);
CREATE TABLE feeds (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  name TEXT NOT NULL,
  pending VARCHAR(8) NOT NULL,
  claim_hash VARCHAR(64) NOT NULL,
  secret_hash VARCHAR(64),
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  claimed_at_ms BIGINT,
  claimed_again_at_ms BIGINT,
  last_used_at_ms BIGINT,
  PRIMARY KEY (id)
);
CREATE INDEX feeds_of_user ON feeds (user_id);
CREATE TABLE hits (
  ends BIGINT NOT NULL,
  subject VARCHAR(64) NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (ends, subject)
)
 WITHOUT ROWID;
CREATE INDEX hits_of_subject ON hits (subject, ends);
CREATE TABLE hourly_outcomes (
  application_id VARCHAR(36) NOT NULL,
  hour INTEGER NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  code VARCHAR(64) NOT NULL,
  within_s INTEGER NOT NULL,
  count INTEGER NOT NULL,
  last_at_ms BIGINT NOT NULL,
  PRIMARY KEY (application_id, hour, institution_id, code, within_s)
)
 WITHOUT ROWID;
CREATE INDEX outcomes_by_hour ON hourly_outcomes (hour);
CREATE TABLE idempotency_keys (
  application_id VARCHAR(36) NOT NULL,
  id VARCHAR(64) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  request VARCHAR(64) NOT NULL,
  status INTEGER,
  answer BLOB,
  expires BIGINT NOT NULL,
  PRIMARY KEY (application_id, id)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (application_id, expires);
CREATE INDEX ix_idempotency_keys_user_id ON idempotency_keys (user_id);
CREATE TABLE insight_snapshot_users (
  snapshot_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  position INTEGER NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (snapshot_id, user_id)
);
CREATE INDEX insight_snapshots_about ON insight_snapshot_users (user_id);
CREATE TABLE insight_snapshots (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  heading BLOB NOT NULL,
  content BLOB,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT,
  PRIMARY KEY (id)
);
CREATE INDEX insight_snapshots_expiry ON insight_snapshots (expires_at_ms);
CREATE INDEX insight_snapshots_of_application ON insight_snapshots (application_id, kind, created_at_ms);
CREATE INDEX insight_snapshots_of_user ON insight_snapshots (user_id, kind, created_at_ms);
CREATE TABLE job_pages (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  job_id VARCHAR(36) NOT NULL,
  position INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX ix_job_pages_user_id ON job_pages (user_id);
CREATE UNIQUE INDEX pages_of_job ON job_pages (job_id, position);
CREATE TABLE job_steps (
  job_id VARCHAR(36) NOT NULL,
  position INTEGER NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  title VARCHAR(32) NOT NULL,
  status VARCHAR(16) NOT NULL,
  result TEXT,
  PRIMARY KEY (job_id, position)
)
 WITHOUT ROWID;
CREATE TABLE jobs (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  connection_id VARCHAR(36) NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  state VARCHAR(16) NOT NULL,
  due_at_ms BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  lease_owner VARCHAR(64),
  lease_expires_at_ms BIGINT,
  waits_for VARCHAR(36),
  checkpoint BLOB,
  created_at_ms BIGINT NOT NULL,
  updated_at_ms BIGINT NOT NULL,
  failure_reason TEXT,
  PRIMARY KEY (id)
);
CREATE INDEX jobs_by_change ON jobs (updated_at_ms);
CREATE INDEX jobs_due ON jobs (due_at_ms) WHERE state IN ('queued', 'waiting');
CREATE INDEX jobs_in_line ON jobs (application_id, due_at_ms) WHERE state IN ('queued', 'waiting') AND waits_for IS NULL;
CREATE INDEX jobs_of_connection ON jobs (connection_id, kind, created_at_ms);
CREATE INDEX jobs_of_user ON jobs (user_id, created_at_ms);
CREATE INDEX jobs_queued ON jobs (state) WHERE state = 'queued';
CREATE INDEX jobs_unfinished ON jobs (application_id, user_id) WHERE state IN ('queued', 'waiting');
CREATE INDEX jobs_waiting ON jobs (state) WHERE state = 'waiting';
CREATE INDEX jobs_waiting_for ON jobs (waits_for) WHERE waits_for IS NOT NULL;
CREATE UNIQUE INDEX one_job_in_flight ON jobs (connection_id) WHERE state IN ('queued', 'waiting') AND waits_for IS NULL;
CREATE TABLE marks (
  name VARCHAR(64) NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (name)
);
CREATE TABLE message_attempts (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  message_id VARCHAR(36) NOT NULL,
  url TEXT NOT NULL,
  status INTEGER,
  response TEXT NOT NULL,
  moment BIGINT NOT NULL,
  milliseconds INTEGER,
  answer TEXT,
  PRIMARY KEY (id)
);
CREATE INDEX attempts_by_age ON message_attempts (moment);
CREATE INDEX ix_message_attempts_message_id ON message_attempts (message_id);
CREATE TABLE messages (
  position INTEGER NOT NULL,
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  webhook_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36),
  event_id VARCHAR(36) NOT NULL,
  type VARCHAR(32) NOT NULL,
  path TEXT,
  text TEXT,
  state VARCHAR(16) NOT NULL,
  attempts INTEGER NOT NULL,
  due_at BIGINT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (position),
  UNIQUE (id)
);
CREATE INDEX messages_by_age ON messages (created);
CREATE INDEX messages_due ON messages (webhook_id, due_at, position) WHERE state = 'pending';
CREATE INDEX messages_of_state ON messages (application_id, webhook_id, state, created, position);
CREATE INDEX messages_of_type ON messages (application_id, webhook_id, type, created, position);
CREATE INDEX messages_of_user ON messages (user_id);
CREATE INDEX messages_of_webhook ON messages (application_id, webhook_id, created, position);
CREATE UNIQUE INDEX one_message_an_event ON messages (event_id, webhook_id);
CREATE TABLE new_prints (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  kind VARCHAR(8) NOT NULL,
  name TEXT NOT NULL,
  times INTEGER NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  job_id VARCHAR(36),
  decision VARCHAR(16) NOT NULL,
  account_class VARCHAR(16),
  decided BIGINT,
  decided_by TEXT,
  mapping TEXT,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX same_print ON new_prints (application_id, institution_id, kind, name);
CREATE TABLE operators (
  id VARCHAR(36) NOT NULL,
  name VARCHAR(100) NOT NULL,
  password TEXT NOT NULL,
  role VARCHAR(16) NOT NULL,
  created BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  totp BLOB,
  totp_offered BLOB,
  totp_step BIGINT DEFAULT '0' NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (name)
);
CREATE TABLE own_rules (
  application_ref INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at_ms BIGINT NOT NULL,
  rules BLOB NOT NULL,
  PRIMARY KEY (application_ref, version)
)
 WITHOUT ROWID;
CREATE TABLE person_contacts (
  user_id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  contact BLOB NOT NULL,
  created_at_ms BIGINT NOT NULL,
  code BLOB,
  code_expires_at_ms BIGINT,
  codes_sent INTEGER NOT NULL,
  codes_since_ms BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (user_id)
);
CREATE INDEX contacts_coded ON person_contacts (code_expires_at_ms) WHERE code IS NOT NULL;
CREATE TABLE person_sessions (
  hash VARCHAR(64) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  action VARCHAR(16) NOT NULL,
  state TEXT NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  connection_id VARCHAR(36) NOT NULL,
  link_id VARCHAR(36) NOT NULL,
  job_ids TEXT NOT NULL,
  finished BOOLEAN NOT NULL,
  proven_until_ms BIGINT,
  expires_at_ms BIGINT NOT NULL,
  PRIMARY KEY (hash)
);
CREATE INDEX person_sessions_over ON person_sessions (expires_at_ms);
CREATE INDEX sessions_of_person ON person_sessions (user_id);
CREATE TABLE reading_log (
  application_ref INTEGER NOT NULL,
  user_ref INTEGER NOT NULL,
  day INTEGER NOT NULL,
  kind SMALLINT NOT NULL,
  reader SMALLINT NOT NULL,
  consent_id VARCHAR(36) NOT NULL,
  reads INTEGER NOT NULL,
  PRIMARY KEY (user_ref, day, kind, reader, consent_id)
)
 WITHOUT ROWID;
CREATE TABLE readings (
  job_id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  institution_id VARCHAR(7) NOT NULL,
  kind VARCHAR(8) NOT NULL,
  size INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  content BLOB NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (job_id)
);
CREATE INDEX ix_readings_user_id ON readings (user_id);
CREATE TABLE sign_in_attempts (
  subject VARCHAR(64) NOT NULL,
  count INTEGER NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (subject)
);
CREATE INDEX sign_in_attempts_over ON sign_in_attempts (until);
CREATE TABLE statements (
  job_id VARCHAR(36) NOT NULL,
  account_id BLOB NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  layout TEXT,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  opening BIGINT,
  closing BIGINT,
  mismatch BIGINT NOT NULL,
  undecided TEXT NOT NULL,
  proved INTEGER NOT NULL,
  certificate TEXT NOT NULL,
  signs TEXT NOT NULL,
  score INTEGER NOT NULL,
  created BIGINT NOT NULL,
  first_new_id BLOB,
  last_new_id BLOB,
  PRIMARY KEY (job_id, account_id)
);
CREATE INDEX ix_statements_user_id ON statements (user_id);
CREATE INDEX statements_of_account ON statements (account_id, first_day);
CREATE TABLE subscriptions (
  application_id VARCHAR(36) NOT NULL,
  type VARCHAR(32) NOT NULL,
  webhook_id VARCHAR(36) NOT NULL,
  PRIMARY KEY (application_id, type)
)
 WITHOUT ROWID;
CREATE INDEX ix_subscriptions_webhook_id ON subscriptions (webhook_id);
CREATE TABLE transaction_sources (
  application_ref INTEGER NOT NULL,
  user_ref INTEGER NOT NULL,
  transaction_id BLOB NOT NULL,
  source_id BLOB NOT NULL,
  seen_at_ms BIGINT NOT NULL,
  how VARCHAR(64) NOT NULL,
  identity BLOB,
  shown BLOB,
  document_before BLOB,
  identity_before BLOB,
  separated_from BLOB,
  separated_by TEXT,
  separated_at_ms BIGINT,
  separated_id BLOB,
  overruled_by TEXT,
  PRIMARY KEY (user_ref, transaction_id, source_id)
)
 WITHOUT ROWID;
CREATE INDEX sources_separated ON transaction_sources (user_ref) WHERE separated_id IS NOT NULL;
CREATE TABLE transactions (
  application_ref INTEGER NOT NULL,
  user_ref INTEGER NOT NULL,
  account_ref INTEGER NOT NULL,
  post_day INTEGER NOT NULL,
  amount BIGINT NOT NULL,
  id BLOB NOT NULL,
  identity BLOB NOT NULL,
  class SMALLINT NOT NULL,
  matched VARCHAR(64) NOT NULL,
  enrichment_ref BIGINT,
  clean BLOB,
  document BLOB NOT NULL,
  PRIMARY KEY (user_ref, post_day, id)
)
 WITHOUT ROWID;
CREATE INDEX transactions_by_id ON transactions (user_ref, id);
CREATE UNIQUE INDEX same_transaction ON transactions (user_ref, account_ref, post_day, identity);
CREATE TABLE uploads (
  job_id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  kind VARCHAR(8) NOT NULL,
  size INTEGER NOT NULL,
  content BLOB NOT NULL,
  kept_until BIGINT,
  kept_in VARCHAR(16) DEFAULT 'database' NOT NULL,
  mapping TEXT,
  PRIMARY KEY (job_id)
);
CREATE INDEX ix_uploads_user_id ON uploads (user_id);
CREATE INDEX uploads_by_size ON uploads (size);
CREATE INDEX uploads_kept ON uploads (kept_until);
CREATE TABLE users (
  ref INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  details BLOB NOT NULL,
  email_hash VARCHAR(64),
  mobile_hash VARCHAR(64),
  version INTEGER NOT NULL,
  created BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  UNIQUE (id)
);
CREATE INDEX users_by_email ON users (email_hash);
CREATE INDEX users_by_mobile ON users (mobile_hash);
CREATE INDEX users_of_application ON users (application_id, created, id);
CREATE TABLE vault_keys (
  application_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(36) NOT NULL,
  master VARCHAR(16) NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (application_id, user_id)
)
 WITHOUT ROWID;
CREATE INDEX ix_vault_keys_master ON vault_keys (master);
CREATE TABLE webhooks (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  url TEXT NOT NULL,
  status VARCHAR(16) NOT NULL,
  secret BLOB NOT NULL,
  old_secret BLOB,
  old_secret_ends_at_ms BIGINT,
  lease_owner VARCHAR(64),
  lease_until BIGINT,
  created BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX one_webhook_an_address ON webhooks (application_id, url);
CREATE TABLE api_keys (
  id VARCHAR(36) NOT NULL,
  application_id VARCHAR(36) NOT NULL,
  hash VARCHAR(64) NOT NULL,
  hint VARCHAR(8) NOT NULL,
  created BIGINT NOT NULL,
  revoked BIGINT,
  PRIMARY KEY (id),
  FOREIGN KEY(application_id) REFERENCES applications (id) ON DELETE CASCADE,
  UNIQUE (hash)
);
CREATE INDEX ix_api_keys_application_id ON api_keys (application_id);
CREATE TABLE operator_links (
  hash VARCHAR(64) NOT NULL,
  expires BIGINT NOT NULL,
  role VARCHAR(16) NOT NULL,
  operator_id VARCHAR(36),
  invited_by VARCHAR(36) NOT NULL,
  PRIMARY KEY (hash),
  FOREIGN KEY(operator_id) REFERENCES operators (id) ON DELETE CASCADE
);
CREATE INDEX ix_operator_links_invited_by ON operator_links (invited_by);
CREATE TABLE operator_sessions (
  hash VARCHAR(64) NOT NULL,
  operator_id VARCHAR(36) NOT NULL,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  device VARCHAR(200) NOT NULL,
  awaits_code BOOLEAN NOT NULL,
  PRIMARY KEY (hash),
  FOREIGN KEY(operator_id) REFERENCES operators (id) ON DELETE CASCADE
);
CREATE INDEX ix_operator_sessions_operator_id ON operator_sessions (operator_id);
