import { PageHeader } from '#console/ui/PageHeader.tsx';

export const EstatePage = () => <PageHeader title="Clients in the field" />;
