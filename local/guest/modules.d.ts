// Modules that exist only inside the isolate.
declare module "cloudflare:workers" {
  export class WorkerEntrypoint {
    constructor(ctx: any, env: any);
    ctx: any;
    env: any;
  }
  export class DurableObject {
    constructor(ctx: any, env: any);
    ctx: any;
    env: any;
  }
}
declare module "cloudflare:sockets" {
  export function connect(address: any, options?: any): any;
}
declare module "*/pyodide.mjs" {
  export function loadPyodide(options: any): Promise<any>;
}
declare module "*/pyodide.asm.mjs" {
  const createPyodideModule: any;
  export default createPyodideModule;
}
declare module "*/pyodide-lock.json" {
  const lock: string;
  export default lock;
}
declare module "workerd" {
  const workerd: { compatibilityDate: string };
  export default workerd;
}
