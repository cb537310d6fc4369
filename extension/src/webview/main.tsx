/** Entry point of the panel's webview: connects the view to VS Code's API and the document. */
import { Host, type VsCodeApi } from "./host";
import "./style.css";
import { startView } from "./view";

declare function acquireVsCodeApi(): VsCodeApi;

const root = document.getElementById("root");
if (root) startView(new Host(acquireVsCodeApi()), root);
