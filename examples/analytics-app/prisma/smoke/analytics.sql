-- Tracking works: the event can be stored. Run in a transaction that is always rolled back; only the sequence advances.
INSERT INTO "AnalyticsEvent" ("kind", "payload") VALUES ('PAGE_VIEW', '{"smoke": true}') RETURNING "id" > 0
