import { PageHeader } from '#console/ui/PageHeader.tsx';

export const ProofRunPage = () => <PageHeader title="Proof" />;
