declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  /** Shows the description of an API in an element. */
  export default function SwaggerUI(options: {
    url: string;
    dom_id: string;
    deepLinking?: boolean;
    persistAuthorization?: boolean;
    validatorUrl?: string | null;
  }): unknown;
}
