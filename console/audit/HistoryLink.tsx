import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { History } from 'lucide-react';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';

export interface HistoryOf {
  subjectId?: string;
  subjectKind?: string;
}

/** What happened to the thing of this page; for whoever may read the audit log. */
export function HistoryLink({ of }: { of: HistoryOf }) {
  const maySee = useCan('audit.read');
  if (!maySee) return null;
  return (
    <Button
      variant="subtle"
      leftSection={<History size={16} aria-hidden />}
      renderRoot={(props) => <Link to={paths.audit} search={{ ...of }} {...props} />}
    >
      History
    </Button>
  );
}
