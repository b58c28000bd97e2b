-- Of active rules for the same channel and topic the newest counted.
UPDATE auto_reply_rules SET is_active = FALSE WHERE is_active AND EXISTS (
    SELECT 1 FROM auto_reply_rules newer
    WHERE newer.customer_id = auto_reply_rules.customer_id AND newer.is_active
        AND newer.auto_reply_rule_id > auto_reply_rules.auto_reply_rule_id
        AND COALESCE(newer.channel_id, 0) = COALESCE(auto_reply_rules.channel_id, 0)
        AND COALESCE(newer.topic_id, 0) = COALESCE(auto_reply_rules.topic_id, 0));
CREATE UNIQUE INDEX auto_reply_rules_active
    ON auto_reply_rules (customer_id, COALESCE(channel_id, 0), COALESCE(topic_id, 0)) WHERE is_active;
