import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.jena.rdfpatch.RDFPatchOps;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.sparql.core.DatasetGraph;

/** Data after Jena has applied a patch to them: `java Patched.java DATA PATCH OUT` writes N-Quads. */
public class Patched {
    public static void main(String[] arguments) throws Exception {
        DatasetGraph data = RDFDataMgr.loadDatasetGraph(arguments[0]);
        RDFPatchOps.applyChange(data, RDFPatchOps.read(arguments[1]));
        try (OutputStream out = Files.newOutputStream(Path.of(arguments[2]))) {
            RDFDataMgr.write(out, data, Lang.NQUADS);
        }
    }
}
