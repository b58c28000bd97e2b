-- Indexes that say nothing that the primary key of their table does not say: (tenant, id).
DROP INDEX events_list;
DROP INDEX end_users_list;
DROP INDEX notifications_last;
DROP INDEX bulk_undos_of;
DROP INDEX api_keys_list;
DROP INDEX channels_list;
DROP INDEX documents_list;

-- Mails of their own that are on their way or did not get there.
CREATE INDEX mails_undelivered ON mails (customer_id, mail_id) WHERE delivery_status <> 'Sent';
