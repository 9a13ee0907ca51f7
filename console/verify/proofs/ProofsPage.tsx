import { PageHeader } from '#console/ui/PageHeader.tsx';

export const ProofsPage = () => <PageHeader title="Enforcement proof" />;
