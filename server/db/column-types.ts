import type { ColumnType } from 'kysely';

/** timestamptz: read as Date on both engines, written as Date. */
export type Timestamp = Date;
/** jsonb: read parsed, written as JSON text (`JSON.stringify`), because PGlite and pg differ on arrays. */
export type Json<Value> = ColumnType<Value, string, string>;
/** The same for a column that has a default. */
export type GeneratedJson<Value> = ColumnType<Value, string | undefined, string>;
