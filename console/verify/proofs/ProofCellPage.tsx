import { PageHeader } from '#console/ui/PageHeader.tsx';

export const ProofCellPage = () => <PageHeader title="Proof of a policy" />;
