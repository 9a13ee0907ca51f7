import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { Destination } from '#contract/compliance-destinations.ts';

const words: Record<Destination['state'], [Tone, string]> = {
  off: ['off', 'Off'],
  waiting: ['quiet', 'Nothing sent yet'],
  delivering: ['ok', 'Delivering'],
  failing: ['bad', 'Failing'],
};

export function DestinationState({ state }: { state: Destination['state'] }) {
  const [tone, word] = words[state];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}
