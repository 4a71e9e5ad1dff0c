/** 200 KB at close over a fast line. */
import { closeOver } from "./large.js";

closeOver("fast");
