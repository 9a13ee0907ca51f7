import { policyDocuments } from './policy-authoring.ts';
import { policyDeliveries, policyExplanations, policyLookUp } from './policy-delivery.ts';
import { policyOrder, policyProtection, policyReleases } from './policy-orders.ts';
import { policyPublication, policyVersions } from './policy-publication.ts';
import { policySet } from './policy-set.ts';

export {
  type Diagnostic,
  type Policy,
  type PolicyDocument,
  type PolicyDraft,
  type PolicyImpact,
  PolicyName,
  type PolicySummary,
  type PolicyTest,
  type PolicyTestResult,
} from './policy-documents.ts';

/** Enforced requirements.toml documents: written, published, ordered, looked up, delivered. */
export const policies = {
  ...policyDocuments,
  publication: policyPublication,
  versions: policyVersions,
  ...policyOrder,
  releases: policyReleases,
  protection: policyProtection,
  lookUp: policyLookUp,
  deliveries: policyDeliveries,
  explanations: policyExplanations,
  set: policySet,
};
