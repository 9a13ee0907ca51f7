/** Where this runner starts pods, and what they are made of. */
export interface KubernetesPlace {
  /** A kubeconfig file; null: the service account of the pod that this runner is in. */
  kubeconfig: string | null;
  /** For tasks alone. */
  namespace: string;
  /** Where pods reach this runner. */
  address: string;
  port: number;
  /** The runner's own image: pods keep a helper of it beside the task. */
  keeperImage: string;
  /** Hosts and ports that no pod may reach, besides the API server: each pod tries them before its task begins. */
  closed: readonly string[];
  /** A RuntimeClass with gVisor; null where the cluster has none. */
  gvisorClass: string | null;
  /** Without any right. */
  taskAccount: string;
  pullSecret: string | null;
  /** Of the nodes, below the kubelet's folder of profiles, for the task's container; null: the runtime's own list. */
  seccompProfile: string | null;
}
