/** The templates of this directory, compiled; one specification for the Handlebars runtime per template name. */
export declare const compiled: Readonly<Record<string, TemplateSpecification>>;
