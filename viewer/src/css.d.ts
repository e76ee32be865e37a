/** Styles are taken up by the bundler; to the compiler an import of them is empty. */
declare module "*.css";
