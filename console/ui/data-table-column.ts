import type { ReactNode } from 'react';

/** Where a column goes when rows become two-line items on a phone. */
export type PhonePlace = 'title' | 'side' | 'detail' | 'none';

export interface DataColumn<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The server sorts by this column. */
  isSortable?: boolean;
  align?: 'start' | 'end';
  phone?: PhonePlace;
  /** In place of `cell` on a phone, where no header explains a bare number. */
  phoneCell?: (row: Row) => ReactNode;
  /** Off until chosen in the column chooser. */
  isExtra?: boolean;
}

export interface Sort {
  by: string;
  direction: 'asc' | 'desc';
}
