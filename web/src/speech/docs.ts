import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

SwaggerUI({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  // Keys are typed here, and must not outlive the page.
  persistAuthorization: false,
  validatorUrl: null,
});
