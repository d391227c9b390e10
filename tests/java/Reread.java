import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.riot.system.ErrorHandlerFactory;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.core.DatasetGraphFactory;

/**
 * What Apache Jena's riot reads: `java -cp jena-fuseki-server.jar Reread.java FOLDER` writes
 * NAME.riot, in N-Quads, for each file NAME of the folder. A warning is an error here.
 */
public class Reread {
    public static void main(String[] arguments) throws Exception {
        List<Path> files;
        try (Stream<Path> found = Files.list(Path.of(arguments[0]))) {
            files = found.sorted().toList();
        }
        for (Path file : files) {
            DatasetGraph read = DatasetGraphFactory.create();
            RDFParser.source(file)
                    .errorHandler(ErrorHandlerFactory.errorHandlerStrict)
                    .checking(true)
                    .parse(read);
            try (OutputStream out = Files.newOutputStream(Path.of(file + ".riot"))) {
                RDFDataMgr.write(out, read, Lang.NQUADS);
            }
        }
    }
}
