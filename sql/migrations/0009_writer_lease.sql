-- The writer of a node holds it by touching its row; see store_become_writer.
ALTER TABLE worker_nodes ADD COLUMN holder text;
COMMENT ON COLUMN worker_nodes.holder IS 'machine and journal of the writer; null: given up';
COMMENT ON COLUMN worker_nodes.updated_at IS 'last sign of life of the writer';
