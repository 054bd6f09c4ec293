// Compiles everything the product's Workers load, so that the first start is as fast as the others.

import { prepareImages } from "./engine.mjs";
import { PRODUCT_CONFIGS } from "./paths.mjs";

await prepareImages(PRODUCT_CONFIGS);
