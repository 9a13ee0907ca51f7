import { type AuditEventName, auditEventNames } from '#contract/audit-events.ts';

/** `policy.draft-saved` → `policy`, `models.upstream-tested` → `model`: one area, whether it is about one or several. */
const areaOf = (event: string): string => (event.split('.')[0] ?? event).replace(/ies$/, 'y').replace(/([^s])s$/, '$1');

const inWords = (text: string): string => {
  const words = text.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Every event by what it is about, for a list to choose from. */
export function eventGroups(): { group: string; items: { value: AuditEventName; label: string }[] }[] {
  const groups = Map.groupBy(auditEventNames, areaOf);
  return [...groups.entries()]
    .map(([area, events]) => ({
      group: inWords(area),
      items: events.map((value) => ({ value, label: value })).sort((one, other) => (one.value < other.value ? -1 : 1)),
    }))
    .sort((one, other) => (one.group < other.group ? -1 : 1));
}
